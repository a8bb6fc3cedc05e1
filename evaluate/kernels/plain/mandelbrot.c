void mandelbrot(int w, int h, int limit, int *count)
{
    for (int py = 0; py < h; py++)
        for (int px = 0; px < w; px++) {
            double x0 = 3.5 * px / w - 2.5, y0 = 2.0 * py / h - 1.0;
            double x = 0.0, y = 0.0;
            int k = 0;
            while (x * x + y * y <= 4.0 && k < limit) {
                double xt = x * x - y * y + x0;
                y = 2.0 * x * y + y0;
                x = xt;
                k++;
            }
            count[py * w + px] = k;
        }
}
