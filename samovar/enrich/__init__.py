"""Pure Event -> Event: what can be known about an attack from the event alone and from data on this machine."""
