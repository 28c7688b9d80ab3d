/// "Did you mean": the known word nearest to one that is not known.
enum Suggestion {
    static func nearest(to word: String, among known: [String]) -> String? {
        let word = word.prefix(64).lowercased()
        let ranked = known.map { (distance: distance(word, $0.lowercased()), word: $0) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(1, min(word.count, best.word.count) / 3) { return best.word }
        let begun = known.filter { word.count >= 2 && $0.lowercased().hasPrefix(word) }
        return begun.count == 1 ? begun.first : nil
    }

    /// How many letters must be put in, left out, changed or swapped with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var rows = [Array(0...right.count)]
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
