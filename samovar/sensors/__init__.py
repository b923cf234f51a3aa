"""The protocols we speak: an explicit list, in the order in which they are shown."""

from samovar.sensor import Host, Sensor
from samovar.sensors.catchall import Catchall, CatchallUdp
from samovar.sensors.ftp import Ftp
from samovar.sensors.http import Http, Https
from samovar.sensors.ssh import Ssh
from samovar.sensors.telnet import Telnet
from samovar.sensors.tftp import Tftp

#: Every sensor class. A new protocol is one new file and one line here.
SENSORS: tuple[type[Sensor] | type[Host], ...] = (Ssh, Telnet, Ftp, Http, Https, Tftp, Catchall, CatchallUdp)
