-- The few assertions that the tests beside this file need; they print TAP.

local M = {}

local count, failed = 0, 0
-- A test that was not started as a program reports by its error; then only failures are shown.
local quiet = arg == nil


local function show(v)
    if type(v) == "number" then
        return ("%.17g"):format(v)
    end
    if type(v) == "string" then
        return '"' .. v:gsub("[%c\127-\255]", function(c)
            return ("\\x%02x"):format(c:byte())
        end) .. '"'
    end
    return tostring(v)
end


-- -0 is not 0 here, and NaN is NaN.
local function same(a, b)
    return a == b and (a ~= 0 or 1 / a == 1 / b) or a ~= a and b ~= b
end


local function same_tree(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then
        return same(a, b)
    end
    for k, v in pairs(a) do
        if not same_tree(v, b[k]) then
            return false
        end
    end
    for k in pairs(b) do
        if a[k] == nil then
            return false
        end
    end
    return true
end


function M.ok(good, name)
    count = count + 1
    if good and quiet then
        return good
    end
    if not good then
        failed = failed + 1
    end
    print((good and "ok " or "not ok ") .. count .. " - " .. (name:gsub("[%c#]", "?")))
    return good
end


function M.is(got, want, name)
    if not M.ok(same(got, want), name) then
        print("#      got: " .. show(got) .. "\n# expected: " .. show(want))
    end
end


-- Tables are compared by their members.
function M.is_tree(got, want, name)
    M.ok(same_tree(got, want), name)
end


-- f(...) must raise exactly `message`.
function M.raises(message, name, f, ...)
    local good, err = pcall(f, ...)
    if good then
        M.ok(false, name)
        print("# no error, but: " .. show(err))
        return
    end
    M.is(err, message, name)
end


-- The last call of a test: raises if a check failed.
function M.done()
    if not quiet then
        print("1.." .. count)
    end
    if failed > 0 then
        error(failed .. " of " .. count .. " checks failed", 0)
    end
end


return M
