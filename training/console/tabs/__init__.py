"""The tabs of /operate, each a module here with its routes and a module `operate/<slug>.js` that draws it."""
