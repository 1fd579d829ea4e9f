# Read by install, upgrade and rollback: where things are, and what is done with them more than once.
# shellcheck shell=bash
#
# ROOT is a folder that stands for "/" in rehearsals and tests: then no user is made, no package installed, and neither
# systemd nor the machine's nginx is touched. SERVICES names the program that starts, stops and drains in their place.

set -euo pipefail

NAME=factcheck
ROOT=${ROOT:-}
SITE=$ROOT/srv/$NAME
RELEASES=$SITE/releases
ENVIRONMENT=$ROOT/etc/$NAME/environment
# shellcheck disable=SC2034
DATA=$ROOT/var/lib/$NAME
NGINX=$ROOT/etc/nginx
KEEP_RELEASES=${KEEP_RELEASES:-5}

say() { printf '== %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# As the user of the site, with its settings, in the folder of a release: as_site RELEASE COMMAND...
as_site() (
    local release=$1
    shift
    set -a
    # shellcheck disable=SC1090
    . "$ENVIRONMENT"
    set +a
    cd "$release"
    if [ -n "$ROOT" ]; then "$@"; else runuser -u "$NAME" -- "$@"; fi
)

setting() ( # the value of one setting in the environment file
    set -a
    # shellcheck disable=SC1090
    . "$ENVIRONMENT"
    printf '%s' "${!1-}"
)

service() { # start|stop|restart|reload UNIT
    if [ -n "${SERVICES:-}" ]; then "$SERVICES" "$@"
    elif [ -z "$ROOT" ]; then systemctl "$@"
    fi
}

is_enabled() { # whether this machine runs a unit
    [ -n "${SERVICES:-}" ] || { [ -z "$ROOT" ] && systemctl is-enabled --quiet "$1" 2>/dev/null; }
}

current() { basename "$(readlink "$SITE/current" 2>/dev/null || echo none)"; }

# The link is exchanged in one step: there is no moment without a current release.
make_current() {
    ln -sfn "$RELEASES/$1" "$SITE/current.new"
    mv -T "$SITE/current.new" "$SITE/current"
}

# nginx sends a web process no new request while it is restarted: drain|undrain PORT
drain() { _mark "$1" 's/(server 127\.0\.0\.1:'"$1"' max_fails=0);/\1 down;/'; sleep "${DRAIN_SECONDS:-3}"; }
undrain() { _mark "$1" 's/(server 127\.0\.0\.1:'"$1"' max_fails=0) down;/\1;/'; }
_mark() {
    local upstreams=$NGINX/conf.d/$NAME.conf
    [ -f "$upstreams" ] || return 0
    sed -E -i "$2" "$upstreams"
    service reload nginx
}

answers() { # whether the site answers on a port
    local base host scheme
    base=$(setting BASE_URL)
    scheme=${base%%://*}
    host=${base#*://}
    curl --silent --fail --output /dev/null --max-time 5 --header "Host: $host" \
        --header "X-Forwarded-Proto: $scheme" --header "X-Forwarded-For: 127.0.0.1" "http://127.0.0.1:$1/"
}

# One web process after another, each only when the one before answers. Fails as soon as one does not come up.
restart_web() {
    local port second
    for port in $(setting WEB_PORTS); do
        is_enabled "$NAME-web@$port.service" || continue
        drain "$port"
        service restart "$NAME-web@$port.service"
        for second in $(seq 1 "${START_SECONDS:-60}"); do
            sleep 1
            answers "$port" && break
            [ "$second" -lt "${START_SECONDS:-60}" ] || return 1 # nginx goes on without it
        done
        undrain "$port"
        say "web process $port answers"
    done
}

restart_others() {
    local unit
    for unit in worker beat; do
        if is_enabled "$NAME-$unit.service"; then service restart "$NAME-$unit.service"; fi
    done
}

# Collected files have their digest in their names, so those of two releases lie side by side. Which of them a release
# names is in a list that its processes read when they start; going back puts that list back.
collect_static() {
    as_site "$RELEASES/$1" .venv/bin/python manage.py collectstatic --noinput --verbosity 0
    cp "$DATA/static/staticfiles.json" "$RELEASES/$1/staticfiles.json"
}
name_static_of() {
    install -m 644 "$RELEASES/$1/staticfiles.json" "$DATA/static/staticfiles.json.new"
    mv "$DATA/static/staticfiles.json.new" "$DATA/static/staticfiles.json"
}
