# The show’s page with the map of its hall.
