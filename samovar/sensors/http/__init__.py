"""HTTP and HTTPS as an Apache with its distribution's default site answers them."""

from samovar.sensors.http.sensor import Http, Https

__all__ = ["Http", "Https"]
