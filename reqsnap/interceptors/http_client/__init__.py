"""http.client, and with it all that derives from its connections.

connection   what is wrapped; flow says how an exchange goes, state is where it stands
build        a plain request, known without being built, where the connection is as it was written
answering    a replay that needs no exchange
one_shot     bodies that can be read only once
note         a live answer, noted as it is read
replay       a recorded answer as a genuine response
errors       errors of the network, recorded and replayed
"""
