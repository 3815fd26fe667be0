from . import agenda_routes, door_routes, ticket_routes, waiting_routes

__all__ = ['agenda_routes', 'door_routes', 'ticket_routes', 'waiting_routes']
