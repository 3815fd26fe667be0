"""How several processes answer requests (gunicorn reads this file).

Processes, not threads: Python runs one thread at a time. WEB_CONCURRENCY
sets their number; GUNICORN_CMD_ARGS, or arguments, win over this file.
"""
bind = '127.0.0.1:8000'
# A statement over a whole season is computed in seconds; a request that
# lasts longer than this has lost its way.
timeout = 120
graceful_timeout = 30
# The memory a process has gathered is given back now and then.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
