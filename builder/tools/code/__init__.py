"""Tools of kind `code`: a Python program or a query, run in the sandbox.

calling.py   a spec and arguments give a job, its outcome gives fields     granting.py   packages a program may import
specs.py     what is wrong with a spec                                     unused.py     which take part in draws
"""
