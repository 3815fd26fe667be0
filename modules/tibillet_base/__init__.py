from . import routes, till_routes

__all__ = ['routes', 'till_routes']
