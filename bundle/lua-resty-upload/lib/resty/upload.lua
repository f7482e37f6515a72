-- resty.upload: reads a multipart/form-data request body piece by piece, as it arrives.
local append_body = ngx.req.append_body
local finish_body = ngx.req.finish_body
local get_headers = ngx.req.get_headers
local init_body = ngx.req.init_body
local match = string.match
local request_socket = ngx.req.socket
local setmetatable = setmetatable
local tostring = tostring
local type = type

local DEFAULT_CHUNK_SIZE = 4096
local DEFAULT_LINE_SIZE = 512

-- What is expected next.
local STATE_PREAMBLE = 0
local STATE_HEADER = 1
local STATE_BODY = 2
local STATE_EOF = 3

local M = { _VERSION = "0.11" }
local mt = { __index = M }


local function find_boundary()
    local content_type = get_headers()["content-type"]
    if type(content_type) == "table" then
        content_type = content_type[1]
    end

    if not content_type then
        return nil
    end

    return match(content_type, ';%s*boundary="([^"]+)"')
           or match(content_type, ';%s*boundary=([^",;]+)')
end


-- preserve_body: what is read remains the request's body, for those who come later.
function M.new(_, chunk_size, max_line_size, preserve_body)
    local boundary = find_boundary()
    if not boundary then
        return nil, "no boundary defined in Content-Type"
    end

    local sock, err = request_socket()
    if not sock then
        return nil, err
    end

    local delimiter = "\r\n--" .. boundary
    local read_to_first, read_to_next, read_line
    read_to_first, err = sock:receiveuntil("--" .. boundary)
    if read_to_first then
        read_to_next, err = sock:receiveuntil(delimiter)
    end

    if read_to_next then
        read_line, err = sock:receiveuntil("\r\n")
    end

    if not read_line then
        return nil, err
    end

    if preserve_body then
        init_body()
    end

    return setmetatable({
        sock = sock,
        size = chunk_size or DEFAULT_CHUNK_SIZE,
        line_size = max_line_size or DEFAULT_LINE_SIZE,
        delimiter = delimiter,
        read_to_first = read_to_first,
        read_to_next = read_to_next,
        read_line = read_line,
        preserve_body = preserve_body,
        state = STATE_PREAMBLE,
    }, mt)
end


function M.set_timeout(self, timeout)
    if not self.sock then
        return nil, "not initialized"
    end

    return self.sock:settimeout(timeout)
end


local function keep(self, data)
    if self.preserve_body then
        append_body(data)
    end
end


-- A line, which must not be longer than allowed.
local function read_short_line(self)
    local read_line = self.read_line
    local line, err = read_line(self.line_size)
    if not line then
        if err then
            return nil, err
        end

        line = ""
    else
        local more
        more, err = read_line(1)

        -- Nothing, and then the line's end: it is as long as it may be.
        if more == "" then
            more, err = read_line(1)
        end

        if more then
            return nil, "line too long: " .. line .. more .. "..."
        end

        if err then
            return nil, err
        end
    end

    keep(self, line .. "\r\n")
    return line
end


-- The rest of the body, behind the last boundary.
local function skip_epilogue(self)
    while true do
        local data, err, partial = self.sock:receive(self.size)
        if not data then
            if partial then
                keep(self, partial)
            end

            if err ~= "closed" then
                return nil, err
            end

            break
        end

        keep(self, data)
    end

    if self.preserve_body then
        finish_body()
    end

    return true
end


-- Behind a boundary: is this the last one? Returns true, or nil and an error.
local function pass_boundary(self)
    local data, err = self.sock:receive(2)
    if not data then
        return nil, err
    end

    keep(self, data)

    if data == "\r\n" then
        self.state = STATE_HEADER
        return true
    end

    if data == "--" then
        self.state = STATE_EOF
        return skip_epilogue(self)
    end

    -- Spaces, or anything else up to the end of the line.
    local line
    line, err = read_short_line(self)
    if not line then
        return nil, err
    end

    self.state = STATE_HEADER
    return true
end


local function read_header(self)
    local line, err = read_short_line(self)
    if not line then
        return nil, nil, err
    end

    if line == "" then
        self.state = STATE_BODY
        return self:read()
    end

    local name, value = match(line, "^([^:%s]+)%s*:%s*(.+)$")
    if not name then
        return "header", line
    end

    return "header", { name, value, line }
end


local function read_body(self)
    local data, err = self.read_to_next(self.size)
    if data == "" then
        data, err = self.read_to_next(self.size)
    end

    if err then
        return nil, nil, err
    end

    if data then
        keep(self, data)
        return "body", data
    end

    keep(self, self.delimiter)

    local ok
    ok, err = pass_boundary(self)
    if not ok then
        return nil, nil, err
    end

    return "part_end"
end


local function read_preamble(self)
    while true do
        local data, err = self.read_to_first(self.size)
        if err then
            return nil, nil, err
        end

        if not data then
            break
        end

        keep(self, data)
    end

    -- The delimiter without its line end.
    keep(self, self.delimiter:sub(3))

    local ok, err = pass_boundary(self)
    if not ok then
        return nil, nil, err
    end

    return self:read()
end


-- Returns "header" and {name, value, line} (or the line if it has no name), "body" and a chunk,
-- "part_end", at last "eof"; or nil, nil and an error.
function M.read(self)
    local state = self.state

    if state == STATE_HEADER then
        return read_header(self)
    elseif state == STATE_BODY then
        return read_body(self)
    elseif state == STATE_PREAMBLE then
        return read_preamble(self)
    elseif state == STATE_EOF then
        return "eof"
    end

    return nil, nil, "bad state: " .. tostring(state)
end


return M
