"""What the tests stand on: servers, proxies, a guard on sockets; cassettes, requests, ways to drive them."""
