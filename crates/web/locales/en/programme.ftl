# The programme and the pages of films.
