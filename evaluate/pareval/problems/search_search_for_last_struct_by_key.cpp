#include <cstddef>
#include <string>
#include <vector>

struct Book {
    std::string title;
    int pages;
};

// The position of the last book with fewer than 100 pages; the number of books if there is none.
size_t findLastShortBook(std::vector<Book> const &books) {
    for (int i = static_cast<int>(books.size()) - 1; i >= 0; i -= 1) {
        if (books[i].pages < 100) {
            return i;
        }
    }
    return books.size();
}
