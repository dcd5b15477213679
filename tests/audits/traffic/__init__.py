"""What clients send to one revision of the service, in a world without chance.

`python -m audits.traffic` runs with any revision's `api` on the path, so nothing here imports more of the
service than its doors: `create_app`, the `facts` command, and HTTP.
"""
