/* Grey levels of an image; bins has 256 entries and is added to. */
void grey_levels(const unsigned char *pixels, long count, unsigned int *bins)
{
    for (long i = 0; i < count; i++)
        bins[pixels[i]]++;
}
