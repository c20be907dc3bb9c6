"""httpcore and httpcore2, below httpx, httpx2 and what stands on them.

pools          what is wrapped
shapes         what the objects of both have in common
bodies         request bodies, gathered or noted
live           an answer that is noted as it is read
replay         an answer from a cassette; no_connection stands where its connection would
replayed_body  its body, and the traces of it; checkpoints let others run before it
errors         what the exceptions of both mean; failures and failed replay them
"""
