"""How the tests of httpcore's interceptor drive it: every flavour of it, and troubles on loopback."""
