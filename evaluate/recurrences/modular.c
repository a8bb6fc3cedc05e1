/* Arithmetic modulo a number, and over bits. */
#include <stddef.h>
#include <stdint.h>

/* Adler-32. */
uint32_t adler32(const unsigned char *data, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

/* Fletcher-16. */
unsigned fletcher16(const uint8_t *data, int n)
{
    unsigned low = 0, high = 0;
    for (int i = 0; i < n; i++) {
        low = (low + data[i]) % 255;
        high = (high + low) % 255;
    }
    return high << 8 | low;
}

/* Park and Miller's generator. */
void park_miller(uint32_t *out, int n, uint32_t seed)
{
    uint64_t x = seed % 2147483646u + 1;
    for (int i = 0; i < n; i++) {
        x = x * 48271u % 2147483647u;
        out[i] = (uint32_t)x;
    }
}

/* Rabin-Karp: a rolling hash modulo a prime. */
uint64_t rabin_hash(const unsigned char *s, int n)
{
    uint64_t h = 0;
    for (int i = 0; i < n; i++)
        h = (h * 257 + s[i]) % 1000000007u;
    return h;
}

/* The product of all elements modulo a prime. */
long product_mod(const int *v, int n)
{
    const long prime = 998244353;
    long product = 1;
    for (int i = 0; i < n; i++)
        product = product * (v[i] & 0xffff) % prime;
    return product;
}

/* CRC-32, bit by bit. */
uint32_t crc32_bitwise(const unsigned char *data, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

/* Gray code to binary, highest bit first: each bit is the xor of all above it. */
void gray_to_binary(const unsigned char *gray, unsigned char *binary, int n)
{
    unsigned char bit = 0;
    for (int i = 0; i < n; i++) {
        bit ^= gray[i];
        binary[i] = bit;
    }
}

/* A cipher that chains bytes: each output is the xor with the one before. */
void chain_xor(const uint32_t *plain, uint32_t *cipher, int n, uint32_t key)
{
    uint32_t previous = key;
    for (int i = 0; i < n; i++) {
        previous = previous ^ plain[i] ^ (uint32_t)i * 2654435761u;
        cipher[i] = previous;
    }
}

/* Flags set and cleared by masks. */
unsigned apply_masks(const unsigned *set, const unsigned *clear, int n, unsigned flags)
{
    for (int i = 0; i < n; i++)
        flags = (flags | set[i]) & ~clear[i];
    return flags;
}
