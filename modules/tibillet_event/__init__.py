from . import agenda_routes

__all__ = ['agenda_routes']
