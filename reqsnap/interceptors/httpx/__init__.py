"""httpx and httpx2: a shorter way to what reqsnap.interceptors.httpcore does beneath them.

transports     what is wrapped, and the requests for which the way is taken
asking         what a request is, as the pool beneath would ask for it
whole          an answer that has come whole, as a transport gives it
library        the parts of either library that a replayed answer is made of
"""
