import CLibpq

extension Statement {
    /// - Returns: false when libpq did not take it, which means that the connection is broken.
    func sendPrepare(_ name: String, on handle: OpaquePointer) -> Bool {
        let types = Array(parameters.map(\.type.rawValue))
        return PQsendPrepare(handle, name, sql, Int32(types.count), types) == 1
    }

    func sendExecute(_ name: String, on handle: OpaquePointer) -> Bool {
        let count = parameterCount
        if count == 0 { return PQsendQueryPrepared(handle, name, 0, nil, nil, nil, 1) == 1 }
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                values.bytes.withUnsafeBytes { bytes in
                    // An empty value is not NULL: it needs some address.
                    let base = bytes.baseAddress ?? UnsafeRawPointer(numbers.baseAddress)
                    for (index, parameter) in parameters.enumerated() {
                        let isNull = parameter.length < 0
                        pointers.initializeElement(
                            at: index, to: isNull ? nil : base?.advanced(by: parameter.offset).assumingMemoryBound(to: CChar.self))
                        numbers.initializeElement(at: index, to: Int32(truncatingIfNeeded: max(0, parameter.length)))
                        numbers.initializeElement(at: count + index, to: 1)
                    }
                    let lengths = numbers.baseAddress
                    return PQsendQueryPrepared(
                        handle, name, Int32(count), pointers.baseAddress, lengths, lengths?.advanced(by: count), 1) == 1
                }
            }
        }
    }
}

extension AnswerMemory {
    /// The server ends the connection with this error.
    var isFatal: Bool {
        guard let severity = PQresultErrorField(pointer, Int32(UInt8(ascii: "V"))) else { return false }
        let text = String(cString: severity)
        return text == "FATAL" || text == "PANIC"
    }
}
