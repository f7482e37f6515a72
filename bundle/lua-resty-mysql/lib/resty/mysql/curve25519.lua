-- Points of the curve edwards25519, on OpenSSL's big numbers. A point is {x, y, z, t} in extended
-- coordinates (RFC 8032, 5.1.4).
local ffi = require "ffi"

local C = ffi.C
local ffi_gc = ffi.gc
local ffi_new = ffi.new
local ffi_string = ffi.string

local SIZE = 32

ffi.cdef [[
    typedef struct bignum_st BIGNUM;
    typedef struct bignum_ctx BN_CTX;

    BN_CTX *BN_CTX_new(void);
    void BN_CTX_free(BN_CTX *c);
    BIGNUM *BN_new(void);
    void BN_free(BIGNUM *a);
    int BN_hex2bn(BIGNUM **a, const char *str);
    BIGNUM *BN_lebin2bn(const unsigned char *s, int len, BIGNUM *ret);
    int BN_bn2lebinpad(const BIGNUM *a, unsigned char *to, int tolen);
    int BN_is_bit_set(const BIGNUM *a, int n);
    int BN_is_odd(const BIGNUM *a);
    int BN_nnmod(BIGNUM *r, const BIGNUM *m, const BIGNUM *d, BN_CTX *ctx);
    int BN_mod_add(BIGNUM *r, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx);
    int BN_mod_sub(BIGNUM *r, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx);
    int BN_mod_mul(BIGNUM *r, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx);
    BIGNUM *BN_mod_inverse(BIGNUM *r, const BIGNUM *a, const BIGNUM *n, BN_CTX *ctx);
]]

local ctx = ffi_gc(C.BN_CTX_new(), C.BN_CTX_free)

local M = {}


local function new()
    return ffi_gc(C.BN_new(), C.BN_free)
end


local function constant(hex)
    local pointer = ffi_new("BIGNUM *[1]")
    C.BN_hex2bn(pointer, hex)
    return ffi_gc(pointer[0], C.BN_free)
end


-- The field's prime, the order of the base point, twice the curve's d, the base point.
local P = constant("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
local L = constant("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
local D2 = constant("2406d9dc56dffce7198e80f2eef3d13000e0149a8283b156ebd69b9426b2f159")
local BASE = {
    x = constant("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"),
    y = constant("6666666666666666666666666666666666666666666666666666666666666658"),
    z = constant("1"),
    t = constant("67875f0fd78b766566ea4e8e64abe37d20f09f80775152f56dde8ab3a5b7dda3"),
}


local function add(a, b)
    local r = new()
    C.BN_mod_add(r, a, b, P, ctx)
    return r
end


local function subtract(a, b)
    local r = new()
    C.BN_mod_sub(r, a, b, P, ctx)
    return r
end


local function multiply(a, b)
    local r = new()
    C.BN_mod_mul(r, a, b, P, ctx)
    return r
end


-- The formula is complete: it doubles, too.
local function add_points(p, q)
    local a = multiply(subtract(p.y, p.x), subtract(q.y, q.x))
    local b = multiply(add(p.y, p.x), add(q.y, q.x))
    local c = multiply(multiply(p.t, D2), q.t)
    local zz = multiply(p.z, q.z)
    local d = add(zz, zz)
    local e, f, g, h = subtract(b, a), subtract(d, c), add(d, c), add(b, a)

    return { x = multiply(e, f), y = multiply(g, h), z = multiply(f, g), t = multiply(e, h) }
end


-- Numbers below the order of the base point.

function M.scalar(bytes)
    local r = ffi_gc(C.BN_lebin2bn(bytes, #bytes, nil), C.BN_free)
    C.BN_nnmod(r, r, L, ctx)
    return r
end


-- a + b * c
function M.multiply_add(a, b, c)
    local r = new()
    C.BN_mod_mul(r, b, c, L, ctx)
    C.BN_mod_add(r, r, a, L, ctx)
    return r
end


function M.scalar_bytes(scalar)
    local buf = ffi_new("unsigned char[?]", SIZE)
    C.BN_bn2lebinpad(scalar, buf, SIZE)
    return ffi_string(buf, SIZE)
end


-- The base point times a scalar, as bytes: y, and the lowest bit of x on top.
function M.multiply_base(scalar)
    local result = { x = constant("0"), y = constant("1"), z = constant("1"), t = constant("0") }

    for i = 255, 0, -1 do
        result = add_points(result, result)
        if C.BN_is_bit_set(scalar, i) == 1 then
            result = add_points(result, BASE)
        end
    end

    local inverse = new()
    C.BN_mod_inverse(inverse, result.z, P, ctx)

    local buf = ffi_new("unsigned char[?]", SIZE)
    C.BN_bn2lebinpad(multiply(result.y, inverse), buf, SIZE)
    if C.BN_is_odd(multiply(result.x, inverse)) == 1 then
        buf[SIZE - 1] = buf[SIZE - 1] + 0x80
    end

    return ffi_string(buf, SIZE)
end


return M
