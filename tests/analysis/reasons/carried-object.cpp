struct State {
    unsigned a, b;
};

void noise(unsigned *y, int n)
{
    State state = {1u, 2u};
    for (int i = 0; i < n; i++) {
        state = State{state.b, state.a * 69069u + 1u};
        y[i] = state.a;
    }
}
