-- What tests/instructions measures: CALLS times encode or decode of a document.

local path, call, name, calls = arg[1], arg[2], arg[3], tonumber(arg[4])
local cjson = assert(package.loadlib(path, "luaopen_cjson"))()

local documents = {
    user = [[{"id":4711,"name":"Ada Lovelace","active":true,"balance":1234.5,"ratio":0.25,]]
        .. [["tags":["admin","staff","beta"],"scores":[3,14,159],]]
        .. [["address":{"street":"12 St James's Square","city":"London","zip":"SW1Y 4LB"}}]],
    widget = [[{"id":12345,"name":"widget","price":19.99,"tags":["a","b","c"],]]
        .. [["size":{"w":10,"h":20,"d":30.5},"ok":true,"stock":7}]],
    order = [[{"id":1234,"items":[{"sku":"A-100","qty":2,"price":9.95},{"sku":"B-200","qty":1,"price":120}],]]
        .. [["total":139.9,"note":"a \"quoted\" text with / slash","mail":"jane.doe@example.com"}]],
}

local text = documents[name]
local value = cjson.decode(text)
local f = cjson[call]
local argument = call == "encode" and value or text
for _ = 1, calls do
    f(argument)
end
