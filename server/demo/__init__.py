"""The whole appliance on one machine, for a look: broker, server, a device with a clip, and a till.

It uses the two command lines as anybody would and knows nothing of the edge but its wire.
"""
