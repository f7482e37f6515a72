-- What this library declares of OpenSSL's libcrypto, which nginx is linked with.
-- Returns the C namespace.
local ffi = require "ffi"

ffi.cdef [[
    typedef struct engine_st ENGINE;
    typedef struct evp_md_st EVP_MD;
    typedef struct evp_md_ctx_st EVP_MD_CTX;
    typedef struct evp_cipher_st EVP_CIPHER;
    typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;

    const EVP_MD *EVP_md5(void);
    const EVP_MD *EVP_sha1(void);
    const EVP_MD *EVP_sha224(void);
    const EVP_MD *EVP_sha256(void);
    const EVP_MD *EVP_sha384(void);
    const EVP_MD *EVP_sha512(void);

    EVP_MD_CTX *EVP_MD_CTX_new(void);
    void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
    int EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl);
    int EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *d, size_t cnt);
    int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *md, unsigned int *s);

    const EVP_CIPHER *EVP_aes_128_ecb(void);
    const EVP_CIPHER *EVP_aes_128_cbc(void);
    const EVP_CIPHER *EVP_aes_128_cfb1(void);
    const EVP_CIPHER *EVP_aes_128_cfb8(void);
    const EVP_CIPHER *EVP_aes_128_cfb128(void);
    const EVP_CIPHER *EVP_aes_128_ofb(void);
    const EVP_CIPHER *EVP_aes_128_ctr(void);
    const EVP_CIPHER *EVP_aes_128_gcm(void);
    const EVP_CIPHER *EVP_aes_192_ecb(void);
    const EVP_CIPHER *EVP_aes_192_cbc(void);
    const EVP_CIPHER *EVP_aes_192_cfb1(void);
    const EVP_CIPHER *EVP_aes_192_cfb8(void);
    const EVP_CIPHER *EVP_aes_192_cfb128(void);
    const EVP_CIPHER *EVP_aes_192_ofb(void);
    const EVP_CIPHER *EVP_aes_192_ctr(void);
    const EVP_CIPHER *EVP_aes_192_gcm(void);
    const EVP_CIPHER *EVP_aes_256_ecb(void);
    const EVP_CIPHER *EVP_aes_256_cbc(void);
    const EVP_CIPHER *EVP_aes_256_cfb1(void);
    const EVP_CIPHER *EVP_aes_256_cfb8(void);
    const EVP_CIPHER *EVP_aes_256_cfb128(void);
    const EVP_CIPHER *EVP_aes_256_ofb(void);
    const EVP_CIPHER *EVP_aes_256_ctr(void);
    const EVP_CIPHER *EVP_aes_256_gcm(void);

    EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
    void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *ctx);
    int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *ctx, int type, int arg, void *ptr);
    int EVP_CIPHER_CTX_set_padding(EVP_CIPHER_CTX *ctx, int padding);
    int EVP_CipherInit_ex(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *type, ENGINE *impl,
                          const unsigned char *key, const unsigned char *iv, int enc);
    int EVP_CipherUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl,
                         const unsigned char *in, int inl);
    int EVP_CipherFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outl);
    int EVP_BytesToKey(const EVP_CIPHER *type, const EVP_MD *md, const unsigned char *salt,
                       const unsigned char *data, int datal, int count,
                       unsigned char *key, unsigned char *iv);

    void ERR_clear_error(void);
    int RAND_bytes(unsigned char *buf, int num);
]]

return ffi.C
