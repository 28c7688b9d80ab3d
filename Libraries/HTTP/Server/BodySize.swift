/// What the head of a request says about its body (RFC 9112, section 6), read strictly.
enum BodySize: Equatable {
    case none
    case known(UInt64)
    case chunked
    /// Ambiguous, as request smuggling makes it, or not to be read here.
    case unreadable(String)

    init(_ headers: HTTPHeaders) {
        let lengths = headers.values(of: "Content-Length")
        let codings = headers.values(of: "Transfer-Encoding")
        if !codings.isEmpty {
            guard lengths.isEmpty else { self = .unreadable("Content-Length and Transfer-Encoding contradict each other"); return }
            guard codings.count == 1, sameToken(codings[0], "chunked") else {
                self = .unreadable("only chunked is understood as Transfer-Encoding")
                return
            }
            self = .chunked
        } else if let length = lengths.first {
            guard lengths.count == 1, let size = UInt64(length), length.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
                self = .unreadable("Content-Length is not one number")
                return
            }
            self = size == 0 ? .none : .known(size)
        } else {
            self = .none
        }
    }

    var isNone: Bool { self == .none }

    /// Whether it is known to be larger.
    func exceeds(_ limit: Int) -> Bool {
        if case .known(let size) = self { size > UInt64(limit) } else { false }
    }
}
