"""A real WordPress from Debian's packages, on loopback, with a database of its own; gone without a trace at the end.

    with real_wordpress() as site:
        requests.get(site.url)

Needs the packages wordpress, php-cli, php-mysql and mariadb-server. Nothing outside one temporary folder is written:
the database speaks over a socket in it, the code is linked from /usr/share/wordpress, and WordPress may not call out.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.servers.local import free_port

PROGRAMS = ("mariadbd", "mariadb-install-db", "php")
CODE = Path("/usr/share/wordpress")
START_SECONDS = 60.0
SITE_NAME = "Báo Ánh Dương (hư cấu)"

_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/db.sock');
define('DB_CHARSET', 'utf8mb4');
define('WP_ENVIRONMENT_TYPE', 'local');  // application passwords without TLS
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_CONTENT_DIR', '{folder}/site/wp-content');
define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""

# Debian ships themes as packages of their own; a reader's view needs no more than this.
_THEME = """<!doctype html><meta charset="utf-8"><title><?php bloginfo('name'); ?></title>
<?php while (have_posts()) { the_post(); ?>
<article><h1><?php the_title(); ?></h1><?php the_post_thumbnail('full'); ?><div class="excerpt"><?php the_excerpt(); ?></div>
<div class="content"><?php the_content(); ?></div></article>
<?php } ?>
"""

# One program for everything a test does behind the back of the REST API: a JSON list comes in, a JSON value goes out.
_BACKSTAGE = """<?php
[$verb, $args] = json_decode(stream_get_contents(STDIN), true);
if ($verb === 'install') define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
if ($verb !== 'install') wp_set_current_user(1);  // as an editor of the newspaper would do it
function key_of($login) {
    $user = get_user_by('login', $login);
    return WP_Application_Passwords::create_new_application_password($user->ID, ['name' => 'test ' . wp_rand()])[0];
}
$verbs = [
    'install' => function ($args) {
        wp_install($args['name'], 'admin', 'admin@example.org', true, '', wp_generate_password(), 'vi');
        update_option('siteurl', $args['url']);
        update_option('home', $args['url']);
        update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');
        switch_theme('plain');
        foreach (['author', 'editor', 'contributor', 'subscriber'] as $role) {
            wp_insert_user(['user_login' => $role, 'user_pass' => wp_generate_password(), 'role' => $role,
                'user_email' => "$role@example.org", 'display_name' => ucfirst($role)]);
        }
        flush_rewrite_rules();
        return true;
    },
    'key' => fn($args) => key_of($args['login']),
    'revoke' => fn($args) => WP_Application_Passwords::delete_all_application_passwords(
        get_user_by('login', $args['login'])->ID),
    'posts' => fn($args) => array_map(
        fn($post) => ['id' => $post->ID, 'slug' => $post->post_name, 'status' => $post->post_status,
            'title' => $post->post_title, 'content' => $post->post_content, 'excerpt' => $post->post_excerpt,
            'picture' => get_post_thumbnail_id($post), 'comment_status' => $post->comment_status, 'ping_status' => $post->ping_status,
            'categories' => wp_get_post_categories($post->ID, ['fields' => 'names']), 'url' => get_permalink($post)],
        get_posts(['numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC',
            'post_status' => ['publish', 'future', 'draft', 'pending', 'private', 'trash']])),
    'pictures' => fn($args) => array_map(
        fn($post) => ['id' => $post->ID, 'slug' => $post->post_name, 'caption' => $post->post_excerpt,
            'alt' => get_post_meta($post->ID, '_wp_attachment_image_alt', true), 'type' => $post->post_mime_type,
            'url' => wp_get_attachment_url($post->ID)],
        get_posts(['numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC', 'post_type' => 'attachment'])),
    'choose' => fn($args) => set_post_thumbnail($args['post'], $args['picture']),
    'clear' => function ($args) {
        foreach (get_posts(['numberposts' => -1, 'post_status' => ['any', 'trash']]) as $post) {
            wp_delete_post($post->ID, true);
        }
        foreach (get_posts(['numberposts' => -1, 'post_type' => 'attachment']) as $post) {
            wp_delete_attachment($post->ID, true);
        }
        return true;
    },
    'status' => fn($args) => wp_update_post(['ID' => $args['id'], 'post_status' => $args['status']]),
];
echo "\\n@@" . json_encode($verbs[$verb]($args));
"""


@dataclass
class RealWordPress:
    """A running site. ``username`` may publish (role author); ``password`` is its application password."""

    folder: Path
    url: str
    username: str = "author"
    password: str = ""
    _programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def posts(self) -> list[dict[str, Any]]:
        """Every post in whatever state, oldest first: id slug status title content excerpt categories url …"""
        found: list[dict[str, Any]] = self.backstage("posts")
        return found

    def pictures(self) -> list[dict[str, Any]]:
        """Every picture in the library, oldest first: id slug alt caption type url."""
        found: list[dict[str, Any]] = self.backstage("pictures")
        return found

    def choose_picture(self, post_id: int, picture_id: int) -> None:
        """What an editor at the newspaper does: gives an article another picture of its own."""
        self.backstage("choose", post=post_id, picture=picture_id)

    def clear(self) -> None:
        """Removes every post and picture for good."""
        self.backstage("clear")

    def key(self, login: str) -> str:
        """A new application password of author, editor, contributor, subscriber or admin."""
        made: str = self.backstage("key", login=login)
        return made

    def revoke(self, login: str) -> None:
        """Takes back every application password of a user."""
        self.backstage("revoke", login=login)

    def set_status(self, post_id: int, status: str) -> None:
        """What a person at the newspaper does: moves a post to draft, pending, …"""
        self.backstage("status", id=post_id, status=status)

    @contextmanager
    def maintenance(self) -> Iterator[None]:
        """While it lasts every request is answered with WordPress' own HTML page of status 503."""
        flag = self.folder / "site/.maintenance"
        flag.write_text("<?php $upgrading = time();")
        try:
            yield
        finally:
            flag.unlink()

    def backstage(self, verb: str, **args: Any) -> Any:
        """Runs one verb of _BACKSTAGE in PHP, beside the web server. Raises RuntimeError with PHP's own words."""
        ran = subprocess.run(
            ["php", "backstage.php"],
            cwd=self.folder / "site",
            input=json.dumps([verb, args]),
            capture_output=True,
            text=True,
        )
        if "@@" not in ran.stdout:
            raise RuntimeError(f"{verb}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        return json.loads(ran.stdout.rpartition("@@")[2])

    def run(self, *command: str, **environment: str) -> None:
        """Starts a program that stop() ends, in a process group of its own: PHP's workers are its children."""
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._programs.append(started)

    def stop(self) -> None:
        """Ends what run() started, last first, by process group, and waits for it."""
        for program in reversed(self._programs):
            for sign in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(program.pid, sign)
                    program.wait(timeout=15)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
        self._programs.clear()

    def wait(self, ready: Callable[[], bool]) -> None:
        """Returns when ``ready()`` is true. Raises RuntimeError with the log when that takes too long."""
        end = time.monotonic() + START_SECONDS
        while not ready():
            if time.monotonic() > end or any(program.poll() is not None for program in self._programs):
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-3000:])
            time.sleep(0.1)


@contextmanager
def real_wordpress() -> Iterator[RealWordPress]:
    """An installed, empty WordPress. About five seconds to start; stopped and removed on exit."""
    # A short path: a Unix socket's name may have no more than 107 letters.
    folder = Path(tempfile.mkdtemp(prefix="wp-", dir="/tmp"))
    site = RealWordPress(folder, url=f"http://127.0.0.1:{free_port()}")
    try:
        _lay_out(folder)
        _start_database(site)
        site.backstage("install", name=SITE_NAME, url=site.url)
        site.run("php", "-S", site.url.removeprefix("http://"), "-t", "site", PHP_CLI_SERVER_WORKERS="4")
        site.wait(lambda: _answers(site.url))
        site.clear()  # "Hello world!"
        site.password = site.key(site.username)
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path) -> None:
    # wp-load.php takes its own folder for the site's, so the few files at the top are copied and the code is linked.
    site = folder / "site"
    (site / "wp-content/themes/plain").mkdir(parents=True)
    for file in CODE.glob("*.php"):
        shutil.copy(file, site)
    for name in ("wp-includes", "wp-admin"):
        (site / name).symlink_to(CODE / name)
    (site / "wp-config.php").write_text(_CONFIG.replace("{folder}", str(folder)))
    (site / "backstage.php").write_text(_BACKSTAGE)
    (site / "wp-content/themes/plain/functions.php").write_text("<?php add_theme_support('post-thumbnails');")
    (site / "wp-content/themes/plain/style.css").write_text("/* Theme Name: Plain */")
    (site / "wp-content/themes/plain/index.php").write_text(_THEME)


def _start_database(site: RealWordPress) -> None:
    tables, sock = f"--datadir={site.folder}/db", f"--socket={site.folder}/db.sock"
    owner = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            tables,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *owner,
        ],
        check=True,
        capture_output=True,
    )
    # Nothing here has to survive a power cut, so nothing is flushed to the disk.
    quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M", "--skip-log-bin"]
    site.run(
        "mariadbd",
        "--no-defaults",
        tables,
        sock,
        "--skip-networking",
        f"--pid-file={site.folder}/db.pid",
        *quick,
        *owner,
    )
    create = ["mariadb", "--no-defaults", sock, "-e", "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4"]
    site.wait(lambda: subprocess.run(create, capture_output=True).returncode == 0)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, params={"rest_route": "/"}, timeout=10).ok
    except requests.ConnectionError:
        return False
