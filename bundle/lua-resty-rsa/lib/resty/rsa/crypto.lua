-- What resty.rsa declares of OpenSSL's libcrypto, and the errors that it reports.
-- Returns the C namespace and a function that ends a call that failed.
local ffi = require "ffi"

local C = ffi.C
local concat = table.concat
local ffi_string = ffi.string

ffi.cdef [[
    typedef struct engine_st ENGINE;
    typedef struct bio_st BIO;
    typedef struct bio_method_st BIO_METHOD;
    typedef struct evp_cipher_st EVP_CIPHER;
    typedef struct evp_md_st EVP_MD;
    typedef struct evp_md_ctx_st EVP_MD_CTX;
    typedef struct evp_pkey_st EVP_PKEY;
    typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
    typedef struct rsa_st RSA;

    unsigned long ERR_get_error(void);
    const char *ERR_reason_error_string(unsigned long e);

    const BIO_METHOD *BIO_s_mem(void);
    BIO *BIO_new(const BIO_METHOD *type);
    BIO *BIO_new_mem_buf(const void *buf, int len);
    int BIO_read(BIO *b, void *data, int dlen);
    size_t BIO_ctrl_pending(BIO *b);
    void BIO_vfree(BIO *a);

    EVP_PKEY *PEM_read_bio_PUBKEY(BIO *bp, EVP_PKEY **x, void *cb, void *u);
    EVP_PKEY *PEM_read_bio_PrivateKey(BIO *bp, EVP_PKEY **x, void *cb, const char *u);
    RSA *PEM_read_bio_RSAPublicKey(BIO *bp, RSA **x, void *cb, void *u);
    int PEM_write_bio_PUBKEY(BIO *bp, EVP_PKEY *x);
    int PEM_write_bio_RSAPublicKey(BIO *bp, const RSA *x);
    int PEM_write_bio_PKCS8PrivateKey(BIO *bp, EVP_PKEY *x, const EVP_CIPHER *enc, char *kstr,
                                      int klen, void *cb, void *u);
    int PEM_write_bio_PrivateKey_traditional(BIO *bp, EVP_PKEY *x, const EVP_CIPHER *enc,
                                             unsigned char *kstr, int klen, void *cb, void *u);

    EVP_PKEY *EVP_PKEY_new(void);
    void EVP_PKEY_free(EVP_PKEY *pkey);
    RSA *EVP_PKEY_get1_RSA(EVP_PKEY *pkey);
    int EVP_PKEY_set1_RSA(EVP_PKEY *pkey, RSA *key);
    void RSA_free(RSA *rsa);

    EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *pkey, ENGINE *e);
    EVP_PKEY_CTX *EVP_PKEY_CTX_new_id(int id, ENGINE *e);
    void EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx);
    int EVP_PKEY_CTX_ctrl(EVP_PKEY_CTX *ctx, int keytype, int optype, int cmd, int p1, void *p2);
    int EVP_PKEY_keygen_init(EVP_PKEY_CTX *ctx);
    int EVP_PKEY_keygen(EVP_PKEY_CTX *ctx, EVP_PKEY **ppkey);
    int EVP_PKEY_encrypt_init(EVP_PKEY_CTX *ctx);
    int EVP_PKEY_encrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *outlen,
                         const unsigned char *in, size_t inlen);
    int EVP_PKEY_decrypt_init(EVP_PKEY_CTX *ctx);
    int EVP_PKEY_decrypt(EVP_PKEY_CTX *ctx, unsigned char *out, size_t *outlen,
                         const unsigned char *in, size_t inlen);

    const EVP_MD *EVP_get_digestbyname(const char *name);
    EVP_MD_CTX *EVP_MD_CTX_new(void);
    void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
    int EVP_DigestSignInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type, ENGINE *e,
                           EVP_PKEY *pkey);
    int EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *sigret, size_t *siglen,
                       const unsigned char *tbs, size_t tbslen);
    int EVP_DigestVerifyInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type, ENGINE *e,
                             EVP_PKEY *pkey);
    int EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *sigret, size_t siglen,
                         const unsigned char *tbs, size_t tbslen);
]]


-- Returns nil and what OpenSSL says, oldest first; its queue of errors is empty then.
local function failed()
    local reasons = {}

    local code = C.ERR_get_error()
    while code ~= 0 do
        local reason = C.ERR_reason_error_string(code)
        if reason ~= nil then
            reasons[#reasons + 1] = ffi_string(reason)
        end

        code = C.ERR_get_error()
    end

    if #reasons == 0 then
        return nil, "internal error"
    end

    return nil, concat(reasons, ": ")
end


return { C = C, failed = failed }
