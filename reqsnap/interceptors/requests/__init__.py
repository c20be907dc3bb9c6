"""requests: a shorter way to what reqsnap.interceptors.urllib3 does beneath it.

adapters       what is wrapped, and the requests for which the way is taken
responses      requests' own response to an answer
"""
