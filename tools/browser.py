"""The system's Chromium, driven headless; none is ever downloaded."""
import os
import shutil

# The shell is Chromium without windows: less work for the same pages.
SHELL = 'chromium-headless-shell'
NAMES = [
    SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'chrome']
# Quiet, and silent on the network but for the page asked for.
FLAGS = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    ]


def executable():
    "Return the path of a Chromium, None if there is none"
    if given := os.environ.get('CHROMIUM'):
        return shutil.which(given)
    for name in NAMES:
        if found := shutil.which(name):
            return found
