/* Included before everything else where memory accesses are watched (-include).
 *
 * A compiler expands copies and fills of constant size in place and does not instrument them. The plain names are
 * kept from it by -fno-builtin-memcpy and so on; the standard library uses the names that begin with __builtin. */
#ifndef UNSEQ_WATCHED_H_
#define UNSEQ_WATCHED_H_

#ifdef __cplusplus
extern "C" {
#endif
void *unseq_watched_memcpy(void *, const void *, __SIZE_TYPE__) __asm__("memcpy");
void *unseq_watched_memmove(void *, const void *, __SIZE_TYPE__) __asm__("memmove");
void *unseq_watched_memset(void *, int, __SIZE_TYPE__) __asm__("memset");
char *unseq_watched_strcpy(char *, const char *) __asm__("strcpy");
#ifdef __cplusplus
}
#endif
#define __builtin_memcpy unseq_watched_memcpy
#define __builtin_memmove unseq_watched_memmove
#define __builtin_memset unseq_watched_memset
#define __builtin_strcpy unseq_watched_strcpy

#endif
