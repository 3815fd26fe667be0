"""The application of the first hour: the platform's, its files kept open."""
from trytond.application import app

from tools.kept_open import keep_open

__all__ = ['app']

keep_open()
