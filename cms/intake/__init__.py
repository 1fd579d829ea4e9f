"""How incidents come in from elsewhere: a partner's system by key, a table by an editor; and how two become one."""
