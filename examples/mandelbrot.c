/* Escape times of the Mandelbrot set on a width x height grid. */
#define MAX_ITERATIONS 256

void mandelbrot(int width, int height, int *escape)
{
    for (int row = 0; row < height; row++) {
        for (int col = 0; col < width; col++) {
            /* the window [-2.2, 0.8] x [-1.2, 1.2] */
            double cx = -2.2 + 3.0 * col / width;
            double cy = -1.2 + 2.4 * row / height;
            double x = 0.0, y = 0.0;
            int k = 0;
            while (x * x + y * y <= 4.0 && k < MAX_ITERATIONS) {
                double next = x * x - y * y + cx;
                y = 2.0 * x * y + cy;
                x = next;
                k++;
            }
            escape[row * width + col] = k;
        }
    }
}
