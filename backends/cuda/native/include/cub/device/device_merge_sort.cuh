#pragma once
#include "cub/sort.cuh"
