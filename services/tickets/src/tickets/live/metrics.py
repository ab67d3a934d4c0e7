"""What is measured of the live stream."""

from prometheus_client import Gauge

STREAMS = Gauge("deskstream_live_streams", "Live streams that are open in this process.")
