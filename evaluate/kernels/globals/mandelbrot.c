#define W 512
#define H 512
int count[H][W];

void mandelbrot(int limit)
{
    for (int py = 0; py < H; py++)
        for (int px = 0; px < W; px++) {
            double x0 = 3.5 * px / W - 2.5, y0 = 2.0 * py / H - 1.0;
            double x = 0.0, y = 0.0;
            int k = 0;
            while (x * x + y * y <= 4.0 && k < limit) {
                double xt = x * x - y * y + x0;
                y = 2.0 * x * y + y0;
                x = xt;
                k++;
            }
            count[py][px] = k;
        }
}
