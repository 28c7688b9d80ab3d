import Contracts
import Testing

@testable import NaturalPersons

/// The defects that public copies of the classifier are known for.
@Suite struct KATOClassifierTests {
    private func load(_ lines: [String]) throws -> (KATOFile, KATOClassifier) {
        let file = try TestFile(lines: lines, name: "kato.csv")
        let content = try KATOFile(try InputFile(file.path))
        return (content, KATOClassifier(content.rows))
    }

    private let good = ["1;0;100000000;область Абай", "2;1;101000000;Семей Г.А.", "3;2;101033000;Абралинский с.о.", "4;3;101033100;с.Абралы"]

    @Test func unitsHaveParentsAndLevels() throws {
        let (_, classifier) = try load(["id;parent_id;code;name"] + good)
        #expect(classifier.defects.isEmpty)
        #expect(classifier.units.map(\.level) == [1, 2, 3, 4])
        #expect(classifier.units.map { $0.parent?.rawValue } == [nil, "100000000", "101000000", "101033000"])
    }

    @Test func theHeadersWordsMayBeWrittenLargeAndStandInAnyOrder() throws {
        let (_, classifier) = try load(["name;CODE;Id;Parent_id;name_kk", "область Абай;100000000;1;0;Абай облысы"])
        #expect(classifier.units.first?.nameRu == "область Абай")
        #expect(classifier.units.first?.nameKk == "Абай облысы")
    }

    @Test func defectsAreToldAndWhatCanBeUsedIsUsed() throws {
        let (content, classifier) = try load(["id;parent_id;code;name"] + good + [
            "5;2;101010000;г.Семей",
            "6;2;101010000;г.Другой",
            "7;999;101033102;с.Aкшабай",
            "8;1;10x;г.Никакой",
            "9;1;102000000",
        ])
        #expect(content.defects.map(\.kind) == [.badRow])
        #expect(Set(classifier.defects.map { "\($0.line) \($0.kind.rawValue)" }) == [
            "7 duplicate", "8 homoglyph", "8 orphan", "9 bad-code",
        ])
        let orphan = try #require(classifier.units.first { $0.code.rawValue == "101033102" })
        #expect(orphan.nameRu == "с.Акшабай")
        #expect(orphan.parent?.rawValue == "101033000")
        #expect(classifier.units.first { $0.code.rawValue == "101010000" }?.nameRu == "г.Семей")
    }

    @Test func wordsInLatinLettersAlone() { #expect(KATOClassifier.cyrillic("Парк Astana Hub") == "Парк Astana Hub") }

    @Test func anotherFileIsNoClassifier() {
        #expect(throws: KATOFileError.self) { try load(["iin,name", "1,2"]) }
    }
}
