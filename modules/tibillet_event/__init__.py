from . import agenda_routes, door_routes

__all__ = ['agenda_routes', 'door_routes']
