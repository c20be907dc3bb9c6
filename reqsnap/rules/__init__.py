"""What the options say of a cassette: which exchanges take part, what is kept, how it is compared.

filters      which requests it has to do with, and the user's hooks
habits       what is done otherwise for users of VCR.py
retention    how many recordings it keeps, and for how long
policy       all of it, with the matching and the redaction, as one value
"""
