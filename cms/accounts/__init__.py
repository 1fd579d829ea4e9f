"""How people of the office come in: password, second factor, single sign-on, and the sessions that follow."""
