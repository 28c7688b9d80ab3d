public import Contracts

extension TokenClaims {
    /// The caller that verified claims speak for.
    ///
    /// The one place that decides who may vouch for whom: people and operators come from the sign-in alone, and a service speaks for
    /// itself alone, so that a service's stolen key does not make a citizen or another service.
    /// - Throws: `TokenError.mayNotVouch`, `.livesTooLong`, `.badClaim`.
    public func caller() throws(TokenError) -> Caller {
        guard Duration.seconds(exp - iat) <= Self.maximumLife else { throw .livesTooLong(limit: Self.maximumLife) }
        guard let capacity = Caller.Capacity(rawValue: capacity) else {
            throw .badClaim(name: "capacity", reason: "must be citizen, representative, official, notary, service or operator")
        }
        let mayVouch = capacity == .service ? iss == sub : iss == KeySet.signIn
        guard mayVouch else { throw .mayNotVouch(issuer: iss, capacity: self.capacity) }
        switch capacity {
        case .anonymous: throw .badClaim(name: "capacity", reason: "must not be anonymous: send no token instead")
        case .citizen: return .citizen(try person())
        case .notary: return .notary(try person())
        case .representative:
            return .representative(try person(), try given(bin, "bin"), powers: try given(powers, "powers"))
        case .official:
            return .official(try person(), body: try given(body, "body"), position: try given(position, "position"))
        case .service: return .service(try identifier(ServiceName.self))
        case .operator:
            guard (1...64).contains(sub.utf8.count) else { throw .badClaim(name: "sub", reason: "must be an operator's name of 1 to 64 bytes") }
            return .operator(sub)
        }
    }

    private func person() throws(TokenError) -> IIN { try identifier(IIN.self) }

    private func identifier<T: Identifier>(_ type: T.Type) throws(TokenError) -> T {
        do {
            return try T(sub)
        } catch {
            throw .badClaim(name: "sub", reason: "is refused: \(error)")
        }
    }

    private func given<T>(_ value: T?, _ name: String) throws(TokenError) -> T {
        guard let value else { throw .badClaim(name: name, reason: "must be given where capacity is \"\(capacity)\"") }
        return value
    }
}
