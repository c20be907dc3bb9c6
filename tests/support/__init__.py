"""What the tests stand on: loopback servers, proxies, certificates, a guard on sockets."""
