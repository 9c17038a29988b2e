    const left = product();
    const operator = take("+", "-");
    if (!operator) return left;
    const right = sum();
    return operator.text === "+" ? left + right : left - right;
