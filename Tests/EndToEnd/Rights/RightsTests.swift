import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Rights") struct RightsTests {
        @Test func `every operation lets in whom its contract names, shows them what is theirs to see, and nobody else anything`() async throws {
            try await Platform.run { platform in
                var matrix = RightsMatrix(platform: platform, world: try await RightsWorld(platform))
                for contract in Catalogue.services {
                    for operation in contract.operations { try await matrix.ask(operation) }
                }
                let asked = Catalogue.services.map(\.operations.count).reduce(0, +) * RightsTable.Kind.allCases.count * 2
                #expect(matrix.answers == asked)
                #expect(matrix.faults.isEmpty, "\(matrix.faults.joined(separator: "\n"))\n\n\(matrix.table)")
            }
        }
    }
}

/// Every operation asked by everyone about themselves and about another, and where an answer is not what the table expects.
@Loop private struct RightsMatrix {
    let platform: Platform
    let world: RightsWorld
    private(set) var faults: [String] = []
    private(set) var answers = 0
    private var rows: [(operation: String, cells: [String])] = []

    init(platform: Platform, world: RightsWorld) {
        self.platform = platform
        self.world = world
    }

    mutating func ask(_ operation: AnyOperation) async throws {
        var cells: [String] = []
        for kind in RightsTable.Kind.allCases {
            var cell: [String] = []
            for whose in RightsTable.Whose.allCases {
                let expected = try RightsTable.expected(operation, kind, whose, bodies: RightsWorld.bodies(operation.service), power: world.power)
                let answer = try await platform.send(try world.request(operation, as: kind, about: whose, on: platform))
                answers += 1
                let fault = fault(answer, expected, operation, whose)
                cell.append("\(answer.status)\(fault == nil ? "" : "!")")
                if let fault {
                    faults.append("\(operation.service) \(operation.name), \(kind.rawValue), about \(whose.rawValue): \(expected) was expected, \(fault)")
                }
            }
            cells.append(cell.joined(separator: "/"))
        }
        rows.append(("\(operation.service) \(operation.name)", cells))
    }

    /// What is wrong with an answer; nil when nothing is.
    private func fault(_ answer: HTTPClientResponse, _ expected: RightsTable.Expected, _ operation: AnyOperation, _ whose: RightsTable.Whose) -> String? {
        let problem = answer.status >= 400 ? try? answer.problem() : nil
        // With a rule it is the domain that refuses: the door was open.
        let isForbidden = answer.status == 403 && problem?.type == ProblemKind.forbidden.type && problem?.rule == nil
        let told = "it was \(answer.status) \(problem?.type ?? "") \(problem?.rule ?? "")"
        if answer.status >= 500 { return told }
        switch expected {
        case .unauthenticated where answer.status != 401, .forbidden where !isForbidden: return told
        case .hidden where answer.status == 401 || isForbidden: return told
        case .open where answer.status == 401 || isForbidden: return told
        case .open where world.isKnown(operation, whose):
            let isShown = operation.method == .get ? (200..<300).contains(answer.status) : answer.status != 404
            return isShown ? nil : told
        case .open: return nil
        default:
            // Its own words in the request are no secret; a problem may repeat them.
            let leaked = world.subject(whose).secrets.filter { answer.text.contains($0) }
            return leaked.isEmpty ? nil : "\(told), and shows \(leaked.count) of the subject's data"
        }
    }

    /// The matrix: statuses about oneself and about another; `!` where it is not as expected.
    var table: String {
        let heads = ["operation"] + RightsTable.Kind.allCases.map(\.rawValue)
        let lines = [heads] + rows.map { [$0.operation] + $0.cells }
        let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
