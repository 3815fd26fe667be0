from . import till_routes

__all__ = ['till_routes']
