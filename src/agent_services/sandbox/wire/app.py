from starlette.routing import Router

wire = Router()
